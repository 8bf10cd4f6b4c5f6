"""The verb that makes a report of any executed notebook, whoever ran it."""

from __future__ import annotations

from pathlib import Path

from bitstockerz_lab.errors import UnknownName


class Reports:
    """Reports of executed notebooks, for `Batches`."""

    _reports: Path

    def report(
        self, notebook: str | Path, path: str | Path | None = None, *, interactive: bool = True
    ) -> Path:
        """Write an executed notebook as one HTML page, or as a PDF, and return the file's path.

        Parameters
        ----------
        notebook : an executed notebook, whoever ran it: the lab, papermill, JupyterLab
        path : ends in .html, or in .pdf, which needs a Chromium; None is the lab's folder of
            reports, under the notebook's name
        interactive : False draws the figures as pictures: a page of some 200 kB instead of 2 MB;
            that needs a Chromium, without one the page says that its figures are not drawn

        Raises
        ------
        UnknownName
            There is no such notebook.
        DataError
            It is no notebook.
        NoChromium
            A PDF is wanted and there is no Chromium.
        LabError
            The page cannot be written there.

        Examples
        --------
        >>> lab.batch.report("study.ipynb", "study.html", interactive=False)  # doctest: +SKIP
        """
        from bitstockerz_lab.batch import html  # noqa: PLC0415 - reason: heavy

        executed = Path(notebook).expanduser().resolve()
        if not executed.is_file():
            near = [str(other) for other in executed.parent.glob("*.ipynb")]
            raise UnknownName.of(
                "notebook", str(executed), near, "Give the path of an .ipynb file."
            )
        target = Path(path).expanduser() if path else self._reports / f"{executed.stem}.html"
        html.export(executed, target, interactive=interactive)
        return target.absolute()
