"""How a message leaves the house: files of the demo, the SMS gateway, the mail server. When it does stands in actions/sending."""
