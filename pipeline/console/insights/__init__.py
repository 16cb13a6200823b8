"""相関と予測: what people ask of the days that the models have published."""
