"""The tab 予測: what is foreseen, how sure that is, and how earlier forecasts turned out."""
