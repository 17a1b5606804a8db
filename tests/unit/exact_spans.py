"""When the standard ladder sounds for common allowances that begin on Monday 2 March 2026 at 09:00.

Office day 08:30-17:00 = 8.5 h; no holiday is near.
"""

OPENED = "2026-03-02 09:00"

# Within Monday it is the same whether the hour is worked or on the wall. 80 % = 48 min, 150 % = 90 min, 200 % = 2 h.
ONE_HOUR = {
    "at_risk": "2026-03-02 09:48",
    "breached": "2026-03-02 10:00",
    "department_manager": "2026-03-02 10:30",
    "general_manager": "2026-03-02 11:00",
}
# 80 % = 1 h 36 min, 150 % = 3 h, 200 % = 4 h.
TWO_HOURS = {
    "at_risk": "2026-03-02 10:36",
    "breached": "2026-03-02 11:00",
    "department_manager": "2026-03-02 12:00",
    "general_manager": "2026-03-02 13:00",
}
# 80 % = 3 h 12 min, 150 % = 6 h, 200 % = 8 h: the close of Monday.
FOUR_WORKING_HOURS = {
    "at_risk": "2026-03-02 12:12",
    "breached": "2026-03-02 13:00",
    "department_manager": "2026-03-02 15:00",
    "general_manager": "2026-03-02 17:00",
}
# Monday is not counted, so until Tuesday 17:00. Budget 8 h on Monday + 8.5 h = 16.5 h. 80 % = 13.2 h = 8 + 5.2.
# 150 % = 24.75 h: 16.5 + 8.25 (Wednesday). 200 % = 33 h: 16.5 + 8.5 + 8 (Thursday).
ONE_WORKING_DAY = {
    "at_risk": "2026-03-03 13:42",
    "breached": "2026-03-03 17:00",
    "department_manager": "2026-03-04 16:45",
    "general_manager": "2026-03-05 16:30",
}
