"""The main job: years of the programme in a minute, by the real ticker, worker and engine."""
