"""Schema catalogue of PostgreSQL: read from ``pg_catalog``, without the name of the schema.

Source:
    PostgreSQL, System Catalogs.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

_OURS: Final = (
    "{0}.relname LIKE 'lazsa\\_%' AND pg_table_is_visible({0}.oid) AND {0}.relpersistence <> 't'"
)
_TABLES: Final = f"""
SELECT c.relname, 'table' AS object,
       CASE c.relkind WHEN 'r' THEN 'table' ELSE c.relkind::text END
       || CASE c.relpersistence WHEN 'u' THEN ' unlogged' ELSE '' END
       || CASE WHEN c.relrowsecurity THEN ' row level security' ELSE '' END
FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS.format("c")}
"""
_COLUMNS: Final = f"""
SELECT c.relname, 'column ' || a.attname,
       format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attcollation NOT IN (0, t.typcollation)
               THEN ' collate ' || (SELECT collname FROM pg_collation WHERE oid = a.attcollation)
               ELSE '' END
       || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
       || CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END
       || CASE WHEN a.attgenerated <> '' THEN ' generated' ELSE '' END
       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND {_OURS.format("c")}
"""
_INDEXES: Final = f"""
SELECT c.relname, 'index ' || i.relname,
       pg_get_indexdef(x.indexrelid)
       || CASE WHEN x.indisvalid AND x.indisready THEN '' ELSE ' invalid' END
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid
WHERE {_OURS.format("c")}
  AND NOT EXISTS (SELECT 1 FROM pg_constraint n WHERE n.conindid = i.oid AND n.conrelid = c.oid)
"""
_CONSTRAINTS: Final = f"""
SELECT c.relname, 'constraint ' || n.conname,
       pg_get_constraintdef(n.oid)
       || CASE WHEN n.convalidated THEN '' ELSE ' not valid' END
       || CASE WHEN EXISTS (SELECT 1 FROM pg_trigger g
                            WHERE g.tgconstraint = n.oid AND g.tgenabled <> 'O')
               THEN ' disabled' ELSE '' END
FROM pg_constraint n
JOIN pg_class c ON c.oid = n.conrelid
WHERE n.contype NOT IN ('n', 't') AND {_OURS.format("c")}
"""
_TRIGGERS: Final = f"""
SELECT c.relname, 'trigger ' || g.tgname,
       pg_get_triggerdef(g.oid)
       || CASE g.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' disabled'
                           ELSE ' enabled ' || g.tgenabled::text END
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
WHERE NOT g.tgisinternal AND {_OURS.format("c")}
"""
_RULES: Final = f"""
SELECT c.relname, 'rule ' || r.rulename, pg_get_ruledef(r.oid)
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relkind IN ('r', 'p') AND {_OURS.format("c")}
"""
_SEQUENCES: Final = f"""
SELECT coalesce(t.relname, ''), 'sequence ' || c.relname,
       format_type(s.seqtypid, NULL) || ' from ' || s.seqstart || ' by ' || s.seqincrement
       || ' to ' || s.seqmax || CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END
       || coalesce(' owned by ' || a.attname, '')
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass
     AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE {_OURS.format("c")}
"""
_FUNCTIONS: Final = """
SELECT '', 'function ' || p.proname, l.lanname || ' ' || format_type(p.prorettype, NULL)
       || CASE WHEN p.prosecdef THEN ' security definer' ELSE '' END || ' ' || p.prosrc
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.proname LIKE 'lazsa\\_%' AND pg_function_is_visible(p.oid)
"""
_QUERIES: Final = (
    _TABLES,
    _COLUMNS,
    _INDEXES,
    _CONSTRAINTS,
    _TRIGGERS,
    _RULES,
    _SEQUENCES,
    _FUNCTIONS,
)
_SCHEMAS: Final = f"""
SELECT DISTINCT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_OURS.format("c")}
"""


def read_catalog(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Read the catalogue."""
    schemas = [f"{name}." for name in connection.scalars(sa.text(_SCHEMAS))]
    found: dict[str, dict[str, str]] = {}
    for query in _QUERIES:
        for table, name, text in connection.execute(sa.text(query)):
            definition = text
            for schema in schemas:
                definition = definition.replace(schema, "")
            found.setdefault(table, {})[name] = " ".join(definition.split())
    return found
