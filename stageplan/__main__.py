"""`python -m stageplan` is the console script."""

from stageplan.cli import main

if __name__ == "__main__":
    main()
