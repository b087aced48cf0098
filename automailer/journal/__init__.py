"""What was seen, decided and done, kept so that nothing is lost and nothing is done twice."""
