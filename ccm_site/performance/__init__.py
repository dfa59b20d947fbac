"""How a contract does, worked out from the register on a day: pure functions, each figure with the records that it comes from.

``measures`` holds results against targets, ``volume`` what was delivered and paid, ``satisfaction`` what people said,
``inspections`` the grades, ``concerns`` what was complained of, ``outcomes`` what came of it for children, ``risk`` the council's model.
Quality and effectiveness are kept apart and never averaged (F-3B-p-Q1 to Q8). Where the register is one that an audience may see,
a count that is veiled there is no number here either: what cannot be told is ``not_shown``, never guessed.
"""
