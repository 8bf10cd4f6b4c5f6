"""``python -m bitstockerz_lab.cli``: the same as the program ``bitstockerz``."""

from bitstockerz_lab.cli import main

main()
