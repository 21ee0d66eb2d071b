"""The programme's facade in parts: what one may tell it, and what one may ask."""
