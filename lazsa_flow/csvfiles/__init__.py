"""Files from the host: read strictly, refused whole, streamed in bounded memory."""
