"""The provider and the world of Postern's demo and end-to-end tests: a private Postfix and Dovecot on loopback, people who
answer, a counting sink, and Postern itself as a child process. Standard library only, except the sink (aiosmtpd)."""
