"""Makes `sop_definitions/rules/un_locode.csv` from an issue of UN/LOCODE."""
