"""Files of points: rows in, the same rows with derivatives out.

job     what is asked of a file, and its run
rows    what is done to a batch of rows; why some have no answer
solver  the rows that doubles can't answer, one by one, in balls
files   formats, and files that are whole or not there
broken  what is wrong with a file that can't be read
grid    points without a file
pieces  what a file is cut into
engines a job by workers: Dask, Spark
"""

ENDINGS = {
    "csv": ("csv", "txt"),
    "tsv": ("tsv", "tab"),
    "ndjson": ("ndjson", "jsonl"),
    "parquet": ("parquet", "pq"),
    "ipc": ("ipc", "arrow", "feather"),
}
FORMATS = tuple(ENDINGS)
ENGINES = ("dask", "spark")
