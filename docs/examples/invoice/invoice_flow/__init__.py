"""Invoices: drafted, sent, reminded of every week once overdue, and paid or written off."""
