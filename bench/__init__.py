"""Measures Automailer against other POP3 programs on one server; `make bench`. Nothing here is a test."""
