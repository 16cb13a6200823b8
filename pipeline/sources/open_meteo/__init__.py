"""Open-Meteo: places, weather and air quality of their days."""
