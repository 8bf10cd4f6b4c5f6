"""The warm parent as a program: `python -m bitstockerz_lab.batch.warm ADDRESS [MODULE …]`."""

from bitstockerz_lab.batch.warm.server import main

main()
