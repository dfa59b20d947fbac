"""Pure functions of a register and a day to the data of pages, tables and files. Views never check and never write."""
