"""The command line of Bihuan 闭环."""

from commands.program import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
