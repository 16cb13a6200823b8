"""Quality of a day's records: profiled, checked against the days before, told as findings that live on."""
