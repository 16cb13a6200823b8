"""モデルと品質: dbt's models and their builds, and the quality of the data."""
