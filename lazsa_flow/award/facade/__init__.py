"""The programme's facade in parts: its commands and its questions."""
