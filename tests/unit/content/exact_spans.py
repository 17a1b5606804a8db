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
# Monday is not counted, so until Monday 9 March 17:00. Budget 8 h on Monday + 5 x 8.5 h = 50.5 h. 80 % = 40.4 h: 33.5 h
# until Thursday, 6 h 54 min on Friday. 150 % = 75.75 h: 25.25 h more, two days and 8.25 h of Thursday 12 March.
# 200 % = 101 h: 50.5 h more, five days and 8 h of Tuesday 17 March.
FIVE_WORKING_DAYS = {
    "at_risk": "2026-03-06 15:24",
    "breached": "2026-03-09 17:00",
    "department_manager": "2026-03-12 16:45",
    "general_manager": "2026-03-17 16:30",
}
# 30 days after 2 March: until 2 April 00:00, 735 h. 80 % = 588 h = 24 d 12 h, 150 % = 1102.5 h = 45 d 22 h 30 min,
# 200 % = 1470 h = 61 d 6 h.
THIRTY_DAYS = {
    "at_risk": "2026-03-26 21:00",
    "breached": "2026-04-02 00:00",
    "department_manager": "2026-04-17 07:30",
    "general_manager": "2026-05-02 15:00",
}
# Monday is not counted, so until Tuesday 17:00. Budget 8 h on Monday + 8.5 h = 16.5 h. 80 % = 13.2 h = 8 + 5.2.
# 150 % = 24.75 h: 16.5 + 8.25 (Wednesday). 200 % = 33 h: 16.5 + 8.5 + 8 (Thursday).
ONE_WORKING_DAY = {
    "at_risk": "2026-03-03 13:42",
    "breached": "2026-03-03 17:00",
    "department_manager": "2026-03-04 16:45",
    "general_manager": "2026-03-05 16:30",
}
