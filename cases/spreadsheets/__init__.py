"""Spreadsheets in and out: files of cases, units and people become rows; the ledger and the events leave as files."""
