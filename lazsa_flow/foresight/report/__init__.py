"""Reports: a rehearsal as a file that people read, or a spreadsheet, or a program."""
