#pragma once
#include <sqlite3.h>

// A macro with a cast that Swift does not import: SQLite copies the bound bytes before returning.
static inline sqlite3_destructor_type postern_sqlite_transient(void) { return SQLITE_TRANSIENT; }

// A variadic function. Before the first connection is opened; SQLITE_MISUSE later.
static inline int postern_sqlite_stop_counting(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
