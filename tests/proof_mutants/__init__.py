"""Single-fault mutants of lifecycle tables: does the load check or the proof catch each?"""
