#pragma once
#include <sqlite3.h>

// A macro with a cast that Swift does not import: SQLite copies the bound bytes before returning.
static inline sqlite3_destructor_type postern_sqlite_transient(void) { return SQLITE_TRANSIENT; }

// The database file as SQLite has it open. Opening it a second time would not do: closing any descriptor of a file lets go of all of
// the process's locks on it (POSIX fcntl), and SQLite's are such locks.
static inline sqlite3_file *postern_sqlite_file(sqlite3 *db) {
  sqlite3_file *file = 0;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return 0;
  return file && file->pMethods ? file : 0;
}
// The write-ahead log as SQLite has it open; null before the first transaction.
static inline sqlite3_file *postern_sqlite_log(sqlite3 *db) {
  sqlite3_file *file = 0;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK) return 0;
  return file && file->pMethods ? file : 0;
}
static inline int postern_sqlite_file_size(sqlite3_file *file, sqlite3_int64 *size) {
  return file->pMethods->xFileSize(file, size);
}
static inline int postern_sqlite_file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
  return file->pMethods->xRead(file, bytes, count, offset);
}
static inline int postern_sqlite_file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  return file->pMethods->xWrite(file, bytes, count, offset);
}
static inline int postern_sqlite_file_sync(sqlite3_file *file) {
  return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}
// A variadic function. Before the first connection is opened; SQLITE_MISUSE later.
static inline int postern_sqlite_stop_counting(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
