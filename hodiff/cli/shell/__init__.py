"""hodiff shell: a prompt for expressions, definitions that stay, and every command of hodiff.

words    a line taken apart: a definition, a command, an expression
names    what is defined, and what of it a line needs
session  what each line is answered with
prompt   where lines come from: a terminal, with history and completion, or standard input
"""
