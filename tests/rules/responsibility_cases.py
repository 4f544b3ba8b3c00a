"""Who is responsible, case by case: written from the rules of the service, R1 to R8, before the code.

A case is a line: its name; the order ("by" the placing council, "by nobody" or "by unknown", "with
allowance"); the homes in the order of entry, each from its day ("@"), the first from the order; what people
decided ("/"); the day asked; the answer. That is a council with the first and the last day of its time,
"decide" where somebody must, or "nobody". After "+" comes the council that pays an allowance.
"""

# ruff: noqa: E501 -- a case is one line, so that the table can be read down

_LAST_AND_NEXT_DAY = """
10 June 2023, last day | 2023-06-10 by Kent | Medway | 2026-06-10 | Kent 2023-06-10 2026-06-10
10 June 2023, next day | 2023-06-10 by Kent | Medway | 2026-06-11 | Medway 2026-06-11 -
28 February 2024, last day | 2024-02-28 by Kent | Medway | 2027-02-28 | Kent 2024-02-28 2027-02-28
28 February 2024, next day | 2024-02-28 by Kent | Medway | 2027-03-01 | Medway 2027-03-01 -
29 February 2024, last day | 2024-02-29 by Kent | Medway | 2027-02-28 | Kent 2024-02-29 2027-02-28
29 February 2024, next day | 2024-02-29 by Kent | Medway | 2027-03-01 | Medway 2027-03-01 -
1 March 2024, last day | 2024-03-01 by Kent | Medway | 2027-03-01 | Kent 2024-03-01 2027-03-01
1 March 2024, next day | 2024-03-01 by Kent | Medway | 2027-03-02 | Medway 2027-03-02 -
28 February 2021, last day | 2021-02-28 by Kent | Medway | 2024-02-28 | Kent 2021-02-28 2024-02-28
28 February 2021, next day | 2021-02-28 by Kent | Medway | 2024-02-29 | Medway 2024-02-29 -
28 February 2025, last day | 2025-02-28 by Kent | Medway | 2028-02-28 | Kent 2025-02-28 2028-02-28
28 February 2025, next day | 2025-02-28 by Kent | Medway | 2028-02-29 | Medway 2028-02-29 -
31 December 2023, last day | 2023-12-31 by Kent | Medway | 2026-12-31 | Kent 2023-12-31 2026-12-31
31 December 2023, next day | 2023-12-31 by Kent | Medway | 2027-01-01 | Medway 2027-01-01 -
29 February 2020, last day | 2020-02-29 by Kent | Medway | 2023-02-28 | Kent 2020-02-29 2023-02-28
29 February 2020, next day | 2020-02-29 by Kent | Medway | 2023-03-01 | Medway 2023-03-01 -
A Saturday is a last day like any other | 2023-06-13 by Kent | Medway | 2026-06-13 | Kent 2023-06-13 2026-06-13
A Sunday is a next day like any other | 2023-06-13 by Kent | Medway | 2026-06-14 | Medway 2026-06-14 -
Christmas Day is a last day | 2023-12-25 by Kent | Medway | 2026-12-25 | Kent 2023-12-25 2026-12-25
Boxing Day is a next day | 2023-12-25 by Kent | Medway | 2026-12-26 | Medway 2026-12-26 -
The day before the order | 2023-06-10 by Kent | Medway | 2023-06-09 | nobody
The day of the order | 2023-06-10 by Kent | Medway | 2023-06-10 | Kent 2023-06-10 2026-06-10
The day after the order | 2023-06-10 by Kent | Medway | 2023-06-11 | Kent 2023-06-10 2026-06-10
The day before the last | 2023-06-10 by Kent | Medway | 2026-06-09 | Kent 2023-06-10 2026-06-10
The second day of the home council | 2023-06-10 by Kent | Medway | 2026-06-12 | Medway 2026-06-11 -
Many years later | 2023-06-10 by Kent | Medway | 2041-01-01 | Medway 2026-06-11 -
"""

_MOVES = """
Within the years, day before the move | 2023-06-10 by Kent | Medway, Bexley@2025-01-15 | 2025-01-14 | Kent 2023-06-10 2026-06-10
Within the years, day of the move | 2023-06-10 by Kent | Medway, Bexley@2025-01-15 | 2025-01-15 | Kent 2023-06-10 2026-06-10
Within the years, day after the move | 2023-06-10 by Kent | Medway, Bexley@2025-01-15 | 2025-01-16 | Kent 2023-06-10 2026-06-10
Within the years, the new home takes over | 2023-06-10 by Kent | Medway, Bexley@2025-01-15 | 2026-06-11 | Bexley 2026-06-11 -
Moved on the day of the order | 2023-06-10 by Kent | Medway, Bexley@2023-06-10 | 2026-06-11 | Bexley 2026-06-11 -
Moved on the last day, asked then | 2023-06-10 by Kent | Medway, Bexley@2026-06-10 | 2026-06-10 | Kent 2023-06-10 2026-06-10
Moved on the last day, asked next day | 2023-06-10 by Kent | Medway, Bexley@2026-06-10 | 2026-06-11 | Bexley 2026-06-11 -
Moved on the change day, asked the day before | 2023-06-10 by Kent | Medway, Bexley@2026-06-11 | 2026-06-10 | Kent 2023-06-10 2026-06-10
Moved on the change day, asked then | 2023-06-10 by Kent | Medway, Bexley@2026-06-11 | 2026-06-11 | Bexley 2026-06-11 -
Moved the day after the change, asked on the change | 2023-06-10 by Kent | Medway, Bexley@2026-06-12 | 2026-06-11 | Medway 2026-06-11 2026-06-11
Moved the day after the change, asked then | 2023-06-10 by Kent | Medway, Bexley@2026-06-12 | 2026-06-12 | Bexley 2026-06-12 -
Afterwards, day before the move | 2023-06-10 by Kent | Medway, Bexley@2027-09-01 | 2027-08-31 | Medway 2026-06-11 2027-08-31
Afterwards, day of the move | 2023-06-10 by Kent | Medway, Bexley@2027-09-01 | 2027-09-01 | Bexley 2027-09-01 -
Afterwards, day after the move | 2023-06-10 by Kent | Medway, Bexley@2027-09-01 | 2027-09-02 | Bexley 2027-09-01 -
There and back, before | 2023-06-10 by Kent | Medway, Bexley@2027-09-01, Medway@2028-03-01 | 2027-01-01 | Medway 2026-06-11 2027-08-31
There and back, away on 29 February | 2023-06-10 by Kent | Medway, Bexley@2027-09-01, Medway@2028-03-01 | 2028-02-29 | Bexley 2027-09-01 2028-02-29
There and back, back | 2023-06-10 by Kent | Medway, Bexley@2027-09-01, Medway@2028-03-01 | 2028-03-01 | Medway 2028-03-01 -
To the placing council within the years, before | 2023-06-10 by Kent | Medway, Kent@2025-09-01 | 2025-08-31 | Kent 2023-06-10 -
To the placing council within the years, after | 2023-06-10 by Kent | Medway, Kent@2025-09-01 | 2026-06-11 | Kent 2023-06-10 -
To the placing council afterwards | 2023-06-10 by Kent | Medway, Kent@2027-02-01 | 2027-02-01 | Kent 2027-02-01 -
From the placing council within the years | 2023-06-10 by Kent | Kent, Medway@2025-02-01 | 2025-02-01 | Kent 2023-06-10 2026-06-10
From the placing council afterwards, before | 2023-06-10 by Kent | Kent, Medway@2027-02-01 | 2027-01-31 | Kent 2023-06-10 2027-01-31
From the placing council afterwards, after | 2023-06-10 by Kent | Kent, Medway@2027-02-01 | 2027-02-01 | Medway 2027-02-01 -
Entered in the wrong order, before | 2023-06-10 by Kent | Bexley@2027-09-01, Medway | 2027-08-31 | Medway 2026-06-11 2027-08-31
Entered in the wrong order, after | 2023-06-10 by Kent | Bexley@2027-09-01, Medway | 2027-09-01 | Bexley 2027-09-01 -
Two homes from one day: the later entered | 2023-06-10 by Kent | Medway@2025-01-01, Bexley@2025-01-01 | 2026-06-11 | Bexley 2026-06-11 -
At home before the order was made | 2023-06-10 by Kent | Medway@2022-01-01 | 2026-06-11 | Medway 2026-06-11 -
To another house of the same council | 2023-06-10 by Kent | Medway, Medway@2028-01-01 | 2028-01-01 | Medway 2026-06-11 -
"""

_SIBLINGS = """
Siblings one day: the elder | 2021-03-05 by Kent | Medway | 2026-11-24 | Medway 2024-03-06 -
Siblings one day: the younger | 2025-09-20 by Bexley | Medway | 2026-11-24 | Bexley 2025-09-20 2028-09-20
Siblings one day: the one no council placed | 2025-09-20 by nobody | Medway | 2026-11-24 | Medway 2025-09-20 -
Siblings one day: the one nobody knows who placed | 2025-09-20 by unknown | Medway | 2026-11-24 | decide
Siblings one day: the one in care | 2021-03-05 by Kent | Medway, looked after@2026-02-01 | 2026-11-24 | decide
Siblings earlier: the elder's last day | 2021-03-05 by Kent | Medway | 2024-03-05 | Kent 2021-03-05 2024-03-05
Siblings earlier: the younger has no order yet | 2025-09-20 by Bexley | Medway | 2024-03-05 | nobody
Siblings later: the elder | 2021-03-05 by Kent | Medway | 2028-09-21 | Medway 2024-03-06 -
Siblings later: the younger | 2025-09-20 by Bexley | Medway | 2028-09-21 | Medway 2028-09-21 -
Two homes: the child who stays | 2021-03-05 by Kent | Medway | 2027-01-01 | Medway 2024-03-06 -
Two homes: the child who goes, the day before | 2021-03-05 by Kent | Medway, Bexley@2027-01-01 | 2026-12-31 | Medway 2024-03-06 2026-12-31
Two homes: the child who goes, the day | 2021-03-05 by Kent | Medway, Bexley@2027-01-01 | 2027-01-01 | Bexley 2027-01-01 -
Two homes: the child nobody told where | 2021-03-05 by Kent | Medway, not said@2027-01-01 | 2027-01-01 | decide
Two homes: told after all | 2021-03-05 by Kent | Medway, not said@2027-01-01, Bexley@2027-03-01 | 2027-03-01 | Bexley 2027-03-01 -
"""

_NO_OR_UNKNOWN_PLACING = """
Nobody placed: the day before the order | 2024-06-10 by nobody | Medway | 2024-06-09 | nobody
Nobody placed: the day of the order | 2024-06-10 by nobody | Medway | 2024-06-10 | Medway 2024-06-10 -
Nobody placed: three years mean nothing | 2024-06-10 by nobody | Medway | 2027-06-11 | Medway 2024-06-10 -
Nobody placed: before a move | 2024-06-10 by nobody | Medway, Bexley@2025-01-01 | 2024-12-31 | Medway 2024-06-10 2024-12-31
Nobody placed: at a move | 2024-06-10 by nobody | Medway, Bexley@2025-01-01 | 2025-01-01 | Bexley 2025-01-01 -
Nobody placed: outside England | 2024-06-10 by nobody | outside | 2024-06-10 | decide
Nobody placed: no home known | 2024-06-10 by nobody | | 2024-06-10 | decide
Unknown: the day before the order | 2024-06-10 by unknown | Medway | 2024-06-09 | nobody
Unknown: the day of the order | 2024-06-10 by unknown | Medway | 2024-06-10 | decide
Unknown: the last day | 2024-06-10 by unknown | Medway | 2027-06-10 | decide
Unknown: the next day | 2024-06-10 by unknown | Medway | 2027-06-11 | Medway 2027-06-11 -
Unknown on 29 February: the last day | 2024-02-29 by unknown | Medway | 2027-02-28 | decide
Unknown on 29 February: the next day | 2024-02-29 by unknown | Medway | 2027-03-01 | Medway 2027-03-01 -
Unknown, and outside England afterwards | 2024-06-10 by unknown | outside | 2027-06-11 | decide
"""

_ALLOWANCES = """
Allowance on the last day | 2023-06-10 by Kent with allowance | Medway | 2026-06-10 | Kent 2023-06-10 2026-06-10 + Kent
Allowance on the next day | 2023-06-10 by Kent with allowance | Medway | 2026-06-11 | Medway 2026-06-11 - + Kent
Allowance many years later | 2023-06-10 by Kent with allowance | Medway | 2039-01-01 | Medway 2026-06-11 - + Kent
Allowance after a move | 2023-06-10 by Kent with allowance | Medway, Bexley@2027-09-01 | 2027-09-01 | Bexley 2027-09-01 - + Kent
Allowance outside England | 2023-06-10 by Kent with allowance | outside | 2026-06-11 | decide + Kent
Allowance that was not agreed | 2023-06-10 by Kent | Medway | 2026-06-11 | Medway 2026-06-11 -
Allowance of a council with a new code, before | 2024-06-10 by Barnsley before with allowance | Medway | 2025-03-31 | Barnsley-before 2024-06-10 2027-06-10 + Barnsley-before
Allowance of a council with a new code, after | 2024-06-10 by Barnsley before with allowance | Medway | 2025-04-01 | Barnsley 2024-06-10 2027-06-10 + Barnsley
Allowance of a divided council, before | 2023-06-10 by Surrey with allowance | Medway | 2027-03-31 | Medway 2026-06-11 - + Surrey
Allowance of a divided council, after | 2023-06-10 by Surrey with allowance | Medway | 2027-04-01 | Medway 2026-06-11 -
Allowance that nobody placed with | 2024-06-10 by nobody with allowance | Medway | 2024-06-10 | Medway 2024-06-10 -
Allowance of an unknown council | 2024-06-10 by unknown with allowance | Medway | 2024-06-10 | decide
Allowance of a child who died | 2023-06-10 by Kent with allowance | Medway, died@2024-05-03 | 2024-05-03 | nobody
"""

_WITHOUT_A_HOME_COUNCIL = """
Wales, last day | 2023-06-10 by Kent | outside | 2026-06-10 | Kent 2023-06-10 2026-06-10
Wales, next day | 2023-06-10 by Kent | outside | 2026-06-11 | decide
To Wales within the years | 2023-06-10 by Kent | Medway, outside@2025-01-01 | 2025-01-01 | Kent 2023-06-10 2026-06-10
To Wales afterwards, day before | 2023-06-10 by Kent | Medway, outside@2027-01-01 | 2026-12-31 | Medway 2026-06-11 2026-12-31
To Wales afterwards, the day | 2023-06-10 by Kent | Medway, outside@2027-01-01 | 2027-01-01 | decide
Back from Wales, day before | 2023-06-10 by Kent | outside, Medway@2027-05-01 | 2027-04-30 | decide
Back from Wales, the day | 2023-06-10 by Kent | outside, Medway@2027-05-01 | 2027-05-01 | Medway 2027-05-01 -
Back from Wales in time | 2023-06-10 by Kent | outside, Medway@2026-06-11 | 2026-06-11 | Medway 2026-06-11 -
No home known, last day | 2023-06-10 by Kent | | 2026-06-10 | Kent 2023-06-10 2026-06-10
No home known, next day | 2023-06-10 by Kent | | 2026-06-11 | decide
Looked after within the years | 2023-06-10 by Kent | Medway, looked after@2025-02-01 | 2025-02-01 | Kent 2023-06-10 2026-06-10
Looked after, next day | 2023-06-10 by Kent | Medway, looked after@2025-02-01 | 2026-06-11 | decide
Home again after care | 2023-06-10 by Kent | Medway, looked after@2026-08-01, Medway@2026-10-01 | 2026-10-01 | Medway 2026-10-01 -
Not said, last day | 2023-06-10 by Kent | not said | 2026-06-10 | Kent 2023-06-10 2026-06-10
Not said, next day | 2023-06-10 by Kent | not said | 2026-06-11 | decide
Not said, said later | 2023-06-10 by Kent | not said, Medway@2026-09-01 | 2026-09-01 | Medway 2026-09-01 -
Elsewhere, the council known | 2023-06-10 by Kent | elsewhere in Medway | 2026-06-11 | Medway 2026-06-11 -
Elsewhere, no council known | 2023-06-10 by Kent | elsewhere | 2026-06-11 | decide
Died within the years, day before | 2023-06-10 by Kent | Medway, died@2024-05-03 | 2024-05-02 | Kent 2023-06-10 2024-05-02
Died within the years, the day | 2023-06-10 by Kent | Medway, died@2024-05-03 | 2024-05-03 | nobody
Died afterwards, day before | 2023-06-10 by Kent | Medway, died@2027-05-03 | 2027-05-02 | Medway 2026-06-11 2027-05-02
Died afterwards, many years later | 2023-06-10 by Kent | Medway, died@2027-05-03 | 2033-01-01 | nobody
Placed and at home, last day | 2023-06-10 by Kent | Kent | 2026-06-10 | Kent 2023-06-10 -
Placed and at home, next day | 2023-06-10 by Kent | Kent | 2026-06-11 | Kent 2023-06-10 -
"""

_NEW_CODES = """
Barnsley placed, last day of the code | 2024-06-10 by Barnsley before | Medway | 2025-03-31 | Barnsley-before 2024-06-10 2027-06-10
Barnsley placed, first day of the new code | 2024-06-10 by Barnsley before | Medway | 2025-04-01 | Barnsley 2024-06-10 2027-06-10
Barnsley placed, entered by the new code too soon | 2024-06-10 by Barnsley | Medway | 2024-06-10 | Barnsley-before 2024-06-10 2027-06-10
Barnsley placed after the new code, entered by the old | 2025-06-10 by Barnsley before | Medway | 2025-06-10 | Barnsley 2025-06-10 2028-06-10
Sheffield home, last day of the code | 2020-01-15 by Kent | Sheffield before | 2025-03-31 | Sheffield-before 2023-01-16 -
Sheffield home, first day of the new code | 2020-01-15 by Kent | Sheffield before | 2025-04-01 | Sheffield 2023-01-16 -
Sheffield home, entered by the new code too soon | 2020-01-15 by Kent | Sheffield | 2024-01-01 | Sheffield-before 2023-01-16 -
Barnsley placed and home under two codes, before | 2022-03-31 by Barnsley before | Barnsley | 2025-03-31 | Barnsley-before 2022-03-31 -
Barnsley placed and home under two codes, after | 2022-03-31 by Barnsley before | Barnsley | 2025-04-01 | Barnsley 2022-03-31 -
Barnsley to Sheffield on the day of the codes, before | 2022-03-31 by Barnsley | Sheffield before | 2025-03-31 | Barnsley-before 2022-03-31 2025-03-31
Barnsley to Sheffield on the day of the codes, after | 2022-03-31 by Barnsley | Sheffield before | 2025-04-01 | Sheffield 2025-04-01 -
A move within Barnsley across the codes | 2020-01-15 by Kent | Barnsley before, Barnsley@2025-04-01 | 2025-04-01 | Barnsley 2023-01-16 -
"""

_DIVIDED = """
Surrey placed, last day | 2025-06-10 by Surrey | Kent | 2027-03-31 | Surrey 2025-06-10 2027-03-31
Surrey placed, next day | 2025-06-10 by Surrey | Kent | 2027-04-01 | decide
Surrey placed, last day of the years | 2025-06-10 by Surrey | Kent | 2028-06-10 | decide
Surrey placed, the home takes over | 2025-06-10 by Surrey | Kent | 2028-06-11 | Kent 2028-06-11 -
Surrey placed, years over on its last day | 2024-03-31 by Surrey | Kent | 2027-03-31 | Surrey 2024-03-31 2027-03-31
Surrey placed, the home takes over on the split | 2024-03-31 by Surrey | Kent | 2027-04-01 | Kent 2027-04-01 -
Surrey home, last day | 2020-06-10 by Kent | Surrey | 2027-03-31 | Surrey 2023-06-11 2027-03-31
Surrey home, next day | 2020-06-10 by Kent | Surrey | 2027-04-01 | decide
Surrey home, settled in the east | 2020-06-10 by Kent | Surrey, East Surrey@2027-04-01 | 2027-04-01 | East-Surrey 2027-04-01 -
Surrey home, settled in the west | 2020-06-10 by Kent | Surrey, West Surrey@2027-04-01 | 2027-04-01 | West-Surrey 2027-04-01 -
Surrey home, settled, the day before | 2020-06-10 by Kent | Surrey, West Surrey@2027-04-01 | 2027-03-31 | Surrey 2023-06-11 2027-03-31
East Surrey entered too soon, before | 2020-06-10 by Kent | East Surrey | 2027-03-31 | Surrey 2023-06-11 2027-03-31
East Surrey entered too soon, after | 2020-06-10 by Kent | East Surrey | 2027-04-01 | East-Surrey 2027-04-01 -
East Surrey placed, entered too soon | 2026-06-10 by East Surrey | Kent | 2027-03-31 | Surrey 2026-06-10 2027-03-31
Out of Surrey the day before its last | 2020-06-10 by Kent | Surrey, Medway@2027-03-31 | 2027-04-01 | Medway 2027-03-31 -
Out of Surrey on the day it is divided | 2020-06-10 by Kent | Surrey, Medway@2027-04-01 | 2027-04-01 | Medway 2027-04-01 -
Out of Surrey the day after | 2020-06-10 by Kent | Surrey, Medway@2027-04-02 | 2027-04-01 | decide
Into Surrey under its old code | 2020-06-10 by Kent | Medway, Surrey@2028-01-01 | 2028-01-01 | decide
Surrey placed and home: the home settles nothing yet | 2025-06-10 by Surrey | Surrey, West Surrey@2027-04-01 | 2027-04-01 | decide
Surrey placed and home: the home takes over | 2025-06-10 by Surrey | Surrey, West Surrey@2027-04-01 | 2028-06-11 | West-Surrey 2028-06-11 -
"""

_DECISIONS = """
Unknown, decided: the day of the order | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2024-06-10 2027-06-10 | 2024-06-10 | Kent 2024-06-10 2027-06-10
Unknown, decided: the last day | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2024-06-10 2027-06-10 | 2027-06-10 | Kent 2024-06-10 2027-06-10
Unknown, decided: the next day | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2024-06-10 2027-06-10 | 2027-06-11 | Medway 2027-06-11 -
Unknown, decided without end: no longer than the years | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2024-06-10 - | 2027-06-11 | Medway 2027-06-11 -
Unknown, decided for the home council: unbroken | 2024-06-10 by unknown | Medway / Medway for unknown_placing 2024-06-10 - | 2027-06-11 | Medway 2024-06-10 -
Unknown, decided: before the order nobody | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2024-01-01 - | 2024-06-09 | nobody
Decided from a later day, before | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2025-01-01 - | 2024-12-31 | decide
Decided from a later day, then | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2025-01-01 - | 2025-01-01 | Kent 2025-01-01 2027-06-10
Decided until a day, then | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2024-06-10 2025-12-31 | 2025-12-31 | Kent 2024-06-10 2025-12-31
Decided until a day, after | 2024-06-10 by unknown | Medway / Kent for unknown_placing 2024-06-10 2025-12-31 | 2026-01-01 | decide
Decided for another reason | 2024-06-10 by unknown | Medway / Kent for outside 2024-06-10 - | 2024-06-10 | decide
A decision never overrides the home council | 2023-06-10 by Kent | Medway / Bexley for no_home 2023-06-10 - | 2026-06-11 | Medway 2026-06-11 -
A decision never overrides the placing council | 2023-06-10 by Kent | outside / Bexley for outside 2023-06-10 - | 2026-06-10 | Kent 2023-06-10 2026-06-10
Outside, decided for another council | 2023-06-10 by Kent | outside / Bexley for outside 2023-06-10 - | 2026-06-11 | Bexley 2026-06-11 -
Outside, decided for the placing council: unbroken | 2023-06-10 by Kent | outside / Kent for outside 2026-06-11 - | 2026-06-11 | Kent 2023-06-10 -
Outside, decided, back in England: day before | 2023-06-10 by Kent | outside, Medway@2027-05-01 / Bexley for outside 2026-06-11 - | 2027-04-30 | Bexley 2026-06-11 2027-04-30
Outside, decided, back in England: the day | 2023-06-10 by Kent | outside, Medway@2027-05-01 / Bexley for outside 2026-06-11 - | 2027-05-01 | Medway 2027-05-01 -
Looked after, decided | 2023-06-10 by Kent | looked after / Bexley for looked_after 2026-06-11 - | 2026-06-11 | Bexley 2026-06-11 -
Not said, decided | 2023-06-10 by Kent | not said / Medway for not_said 2026-06-11 - | 2026-06-11 | Medway 2026-06-11 -
No home, decided | 2023-06-10 by Kent | / Medway for no_home 2026-06-11 - | 2026-06-11 | Medway 2026-06-11 -
Nobody placed and outside, decided | 2024-06-10 by nobody | outside / Kent for outside 2024-06-10 - | 2024-06-10 | Kent 2024-06-10 -
Of two decisions the later recorded | 2023-06-10 by Kent | outside / Bexley for outside 2026-06-11 - / Medway for outside 2026-06-11 - | 2026-06-11 | Medway 2026-06-11 -
A second decision from a later day, before | 2023-06-10 by Kent | outside / Bexley for outside 2026-06-11 - / Medway for outside 2027-01-01 - | 2026-12-31 | Bexley 2026-06-11 2026-12-31
A second decision from a later day, then | 2023-06-10 by Kent | outside / Bexley for outside 2026-06-11 - / Medway for outside 2027-01-01 - | 2027-01-01 | Medway 2027-01-01 -
A second decision for a month, after it | 2023-06-10 by Kent | outside / Bexley for outside 2026-06-11 - / Medway for outside 2027-01-01 2027-01-31 | 2027-02-01 | Bexley 2027-02-01 -
Divided home, decided | 2020-06-10 by Kent | Surrey / East Surrey for divided 2027-04-01 - | 2027-04-01 | East-Surrey 2027-04-01 -
Divided placing council, decided | 2025-06-10 by Surrey | Kent / West Surrey for divided 2027-04-01 - | 2027-04-01 | West-Surrey 2027-04-01 2028-06-10
Divided placing council, decided, home takes over | 2025-06-10 by Surrey | Kent / West Surrey for divided 2027-04-01 - | 2028-06-11 | Kent 2028-06-11 -
Divided home, decided in the west, settled in the east | 2020-06-10 by Kent | Surrey, East Surrey@2027-04-01 / West Surrey for divided 2027-04-01 - | 2027-04-01 | East-Surrey 2027-04-01 -
The decided council has a new code, before | 2020-06-10 by Kent | outside / Barnsley before for outside 2023-06-11 - | 2025-03-31 | Barnsley-before 2023-06-11 -
The decided council has a new code, after | 2020-06-10 by Kent | outside / Barnsley before for outside 2023-06-11 - | 2025-04-01 | Barnsley 2023-06-11 -
The decided council is divided, before | 2020-06-10 by Kent | outside / Surrey for outside 2023-06-11 - | 2027-03-31 | Surrey 2023-06-11 2027-03-31
The decided council is divided, after | 2020-06-10 by Kent | outside / Surrey for outside 2023-06-11 - | 2027-04-01 | decide
The decided council is divided, decided again | 2020-06-10 by Kent | outside / Surrey for outside 2023-06-11 - / East Surrey for divided 2027-04-01 - | 2027-04-01 | East-Surrey 2027-04-01 -
Decided on 29 February | 2024-02-29 by unknown | Medway / Kent for unknown_placing 2024-02-29 - | 2027-02-28 | Kent 2024-02-29 2027-02-28
A child who died needs no decision | 2023-06-10 by Kent | outside, died@2026-09-01 / Kent for outside 2026-06-11 - | 2026-09-01 | nobody
"""

_CORRECTIONS = """
Order date as believed before | 2023-06-10 by Kent | Medway | 2026-06-20 | Medway 2026-06-11 -
Order date as corrected: a month later | 2023-07-10 by Kent | Medway | 2026-06-20 | Kent 2023-07-10 2026-07-10
Order date as corrected: a year earlier | 2022-06-10 by Kent | Medway | 2025-06-20 | Medway 2025-06-11 -
Placing council as believed before | 2024-06-10 by unknown | Medway | 2026-11-24 | decide
Placing council as corrected | 2024-06-10 by Bexley | Medway | 2026-11-24 | Bexley 2024-06-10 2027-06-10
Placing council as corrected to none | 2024-06-10 by nobody | Medway | 2026-11-24 | Medway 2024-06-10 -
A decision stands no longer once the council is known | 2024-06-10 by Bexley | Medway / Kent for unknown_placing 2024-06-10 - | 2026-11-24 | Bexley 2024-06-10 2027-06-10
Home as believed before | 2021-06-10 by Kent | Medway | 2026-11-24 | Medway 2024-06-11 -
Home as corrected | 2021-06-10 by Kent | Bexley | 2026-11-24 | Bexley 2024-06-11 -
Day of a move as believed before | 2021-06-10 by Kent | Medway, Bexley@2026-11-01 | 2026-10-15 | Medway 2024-06-11 2026-10-31
Day of a move as corrected | 2021-06-10 by Kent | Medway, Bexley@2026-10-01 | 2026-10-15 | Bexley 2026-10-01 -
"""

LINES = [
    line
    for table in (
        _LAST_AND_NEXT_DAY,
        _MOVES,
        _SIBLINGS,
        _NO_OR_UNKNOWN_PLACING,
        _ALLOWANCES,
        _WITHOUT_A_HOME_COUNCIL,
        _NEW_CODES,
        _DIVIDED,
        _DECISIONS,
        _CORRECTIONS,
    )
    for line in table.strip().splitlines()
]
