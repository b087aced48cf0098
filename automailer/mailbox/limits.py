"""The named limits of a POP3 dialogue, each with its reason. Pure."""

from __future__ import annotations

__all__ = [
    "DRAIN_OCTETS",
    "MAX_CAPABILITY_LINES",
    "MAX_CHALLENGES",
    "MAX_LISTING_LINES",
    "MAX_LISTING_LINE_OCTETS",
    "MAX_LISTING_OCTETS",
    "MAX_SERVER_TEXT",
    "MAX_STATUS_LINE_OCTETS",
    "MAX_TOP_OCTETS",
    "MAX_UID_CHARACTERS",
    "SLOWEST_OCTETS_PER_SECOND",
    "SLOW_SECONDS",
    "SPOOL_OCTETS",
    "WINDOW_COMMANDS",
    "WINDOW_OCTETS",
]

# RFC 2449 4 allows 512 octets, RFC 5034 longer SASL challenges; some servers put novels behind -ERR.
MAX_STATUS_LINE_OCTETS = 8_192
# A UID has 70 characters (RFC 1939 7) and many servers ignore that; a line beyond this is no listing.
MAX_LISTING_LINE_OCTETS = 2_048
# mpop's limit, and more than any mailbox seen; a listing without end stops here.
MAX_LISTING_LINES = 1_000_000
MAX_LISTING_OCTETS = 128 * 1024 * 1024
# Real servers announce a dozen capabilities; mpop stops at 50.
MAX_CAPABILITY_LINES = 200
# SCRAM needs three challenges; a server that asks for ever is given up.
MAX_CHALLENGES = 8
# Headers are what TOP is asked for; Maillennium itself stops at 64 kB.
MAX_TOP_OCTETS = 4 * 1024 * 1024
# What is kept of a server's words in an error.
MAX_SERVER_TEXT = 300
# A longer UID is kept as its SHA-256, so that it fits every database's index.
MAX_UID_CHARACTERS = 255
# Commands in flight: 1,000 are no faster than 100 on loopback, and 100 fit every server's input buffer.
WINDOW_COMMANDS = 100
# Octets asked for ahead: what a server may have to keep in its output while we work on a message.
WINDOW_OCTETS = 16 * 1024 * 1024
# A larger message is spooled to a file and mapped.
SPOOL_OCTETS = 1_000_000
# A message that is larger than the cap, though LIST said otherwise, is read to its end and dropped when it is
# at most so much larger; beyond that the connection is worth less than the time.
DRAIN_OCTETS = 64 * 1024 * 1024
# A download slower than this for so long is given up.
SLOWEST_OCTETS_PER_SECOND = 100
SLOW_SECONDS = 60
