"""相関と予測: what moved together, and what can honestly be foreseen."""
