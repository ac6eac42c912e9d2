"""minio-py, PyArrow (the SDK for C++), deltalake (object_store of Rust) and DuckDB with httpfs."""

import io

import deltalake
import duckdb
import duckdb_extensions
import minio
import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
from harness import Checks, ENDPOINT, REGION, equal

from support import DATA, HOST, KEY, SECRET, bucket_named

checks = Checks()
fact = checks.fact
BUCKET = bucket_named('libraries')
client = minio.Minio(HOST, access_key=KEY, secret_key=SECRET, secure=False)
ODD_KEYS = ['a b+c%25/d//e', 'a\nb', 'a&b<c>', 'é中文', '\U00010000']


@fact('minio-py stores, lists, composes and presigns')
def _(_):
    client.make_bucket(BUCKET)
    client.put_object(BUCKET, 'large', io.BytesIO(DATA), length=-1, part_size=5 * 1024 * 1024)
    with client.get_object(BUCKET, 'large') as answer:
        assert answer.read() == DATA
    for key in ODD_KEYS:
        client.put_object(BUCKET, 'odd/' + key, io.BytesIO(key.encode()), len(key.encode()), metadata={'k': 'v'})
        with client.get_object(BUCKET, 'odd/' + key) as answer:
            equal(answer.read().decode(), key)
    listed = [entry.object_name for entry in client.list_objects(BUCKET, prefix='odd/', recursive=True)]
    equal(listed, sorted(('odd/' + key for key in ODD_KEYS), key=str.encode))
    sources = [minio.commonconfig.ComposeSource(BUCKET, 'large')] * 2
    client.compose_object(BUCKET, 'composed', sources)
    equal(client.stat_object(BUCKET, 'composed').size, 2 * len(DATA))
    assert client.presigned_get_object(BUCKET, 'large').startswith(ENDPOINT)


@fact('PyArrow writes, finds and reads files and a dataset')
def _(_):
    arrow = pyarrow.fs.S3FileSystem(
        access_key=KEY, secret_key=SECRET, endpoint_override=HOST, scheme='http', region=REGION
    )
    arrow.create_dir(f'{BUCKET}/arrow/empty')
    equal(arrow.get_file_info(f'{BUCKET}/arrow/empty').type, pyarrow.fs.FileType.Directory)
    equal(arrow.get_file_info(f'{BUCKET}/arrow/none').type, pyarrow.fs.FileType.NotFound)
    table = pyarrow.table({'day': ['a', 'b', 'a'], 'n': [1, 2, 3]})
    pyarrow.dataset.write_dataset(table, f'{BUCKET}/arrow/set', format='parquet', partitioning=['day'], filesystem=arrow)
    found = pyarrow.dataset.dataset(f'{BUCKET}/arrow/set', partitioning=['day'], filesystem=arrow)
    equal(found.to_table(filter=pyarrow.dataset.field('day') == 'a')['n'].to_pylist(), [1, 3])
    with arrow.open_output_stream(f'{BUCKET}/arrow/large') as stream:
        stream.write(DATA)
    with arrow.open_input_file(f'{BUCKET}/arrow/large') as file:
        file.seek(1_000_000)
        equal(file.read(1_000), DATA[1_000_000:1_001_000])
    arrow.move(f'{BUCKET}/arrow/large', f'{BUCKET}/arrow/moved')
    arrow.delete_dir(f'{BUCKET}/arrow')


@fact('deltalake commits by conditional writes')
def _(_):
    options = {
        'endpoint': ENDPOINT,
        'region': REGION,
        'access_key_id': KEY,
        'secret_access_key': SECRET,
        'allow_http': 'true',
        'conditional_put': 'etag',
    }
    url = f's3://{BUCKET}/delta'
    for number in range(3):
        deltalake.write_deltalake(url, pyarrow.table({'n': [number]}), mode='append', storage_options=options)
    table = deltalake.DeltaTable(url, storage_options=options)
    equal((table.version(), sorted(table.to_pyarrow_table()['n'].to_pylist())), (2, [0, 1, 2]))


@fact('DuckDB writes partitions, and reads them by a pattern')
def _(_):
    duckdb_extensions.import_extension('httpfs')
    with duckdb.connect() as database:
        database.load_extension('httpfs')
        database.execute(
            f"CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', REGION '{REGION}',"
            f" ENDPOINT '{HOST}', URL_STYLE 'path', USE_SSL false)"
        )
        made = "SELECT n, n % 3 AS rest FROM range(100000) AS t(n)"
        database.execute(f"COPY ({made}) TO 's3://{BUCKET}/duck' (FORMAT parquet, PARTITION_BY (rest))")
        sought = f"SELECT count(*), sum(n) FROM read_parquet('s3://{BUCKET}/duck/*/*.parquet') WHERE rest = 1"
        equal(database.execute(sought).fetchone(), (33333, sum(range(1, 100_000, 3))))


@fact('everything is deleted by lists, and the bucket with it')
def _(_):
    listed = client.list_objects(BUCKET, recursive=True)
    errors = client.remove_objects(BUCKET, [minio.deleteobjects.DeleteObject(entry.object_name) for entry in listed])
    equal(list(errors), [])
    client.remove_bucket(BUCKET)
