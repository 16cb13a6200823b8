"""データパイプライン管理: how the exports stand, their history and settings."""
