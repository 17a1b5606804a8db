"""The database's versions, in the order in which `migrate` carries them out. They only go forward: records are kept."""
