"""What classbridge keeps: tables, the engine, sealed secrets, bulk loads, migrations."""
