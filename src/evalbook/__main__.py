"""`python -m evalbook`: the command, where no script was installed."""

from evalbook.cli.main import main

if __name__ == "__main__":
    main()
