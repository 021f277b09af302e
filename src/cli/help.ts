export const HELP = `dunwell: payment reminders that leave once, on time, and never to somebody who has paid

  dunwell [serve]                       the web app and the daily run
  dunwell run [--day D] [--dry-run] [--deliver] [--json]
                                        decide and queue; --deliver also sends now; another day than today needs
                                        --dry-run, or DUNWELL_TIME_TRAVEL=1
  dunwell forecast [--days 30] [--day D] [--json]
                                        what would leave on each sending day, if nobody paid
  dunwell explain INVOICE [--day D] [--json]
                                        the decision about an invoice, with all reasons
  dunwell import FILE... [--as customers|invoices|payments] [--dry-run] [--skip-refused] [--json]
                 [--currency EUR] [--term-days 30] [--month-first] [--credit-note-prefix C] [--collective NAME]
                                        a CSV, or an archive (.json); all or nothing
  dunwell export DIR                    everything as one archive
  dunwell demo [--language en|fr|it] [--starter]
                                        the example company; --starter only the first templates and plans
  dunwell backup FILE [--force]         everything as one database file, while the product runs; --force replaces FILE
  dunwell restore FILE                  a backup in the place of the database, which is kept beside; Dunwell must not be
                                        running, and sends nothing afterwards until an owner has decided at /held
  dunwell check [--json]                database, balances, backups, journal, whether sending is held, mail, clock and disk
  dunwell user add EMAIL [--name N] [--owner] [--language L] [--password-stdin]
  dunwell user password EMAIL [--password-stdin] [--drop-second-factor]
  dunwell user list [--json]            who may sign in; without --password-stdin a temporary password is printed

Days are written 2026-01-31. Results go to stdout, words to stderr.
Exit codes: 0 done, 1 done with problems, 2 refused.

Environment: DUNWELL_DATA_DIR (data), DUNWELL_PORT (3000), DUNWELL_HOST (127.0.0.1), DUNWELL_BASE_URL,
DUNWELL_SMTP_PASSWORD, DUNWELL_SECRET_KEY, DUNWELL_TRUST_PROXY (0), DUNWELL_TIME_TRAVEL`;
