"""How long a big class's grades page takes and weighs, and a list of such classes; beside plain cells alone."""

import gzip
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx2
from jinja2 import Environment

from classbridge.cli import house, main_job
from classbridge.cli.bench import big_classes, stage
from classbridge.cli.bench.big_classes import Size
from classbridge.cli.bench.figure import Figure
from classbridge.service import classes, grades
from classbridge.service.context import Context, open_context
from classbridge.service.views import GradesPage

SIZE = Size(classes=40, students=40, assignments=200)
TIMES = 5
PLAIN = """<table>{% for row in page.students %}<tr><th>{{ row.name }}</th>{% for one in row.cells %}
<td>{{ one.classroom }}</td>{% endfor %}</tr>{% endfor %}</table>"""


def measure(size: Size = SIZE) -> Figure:
    """The use case, the whole answer over HTTP, its bytes, and the list of as many such classes."""
    with tempfile.TemporaryDirectory(prefix="classbridge-bench-") as folder:
        used = stage.settings(Path(folder))
        house.migrate(used)
        with open_context(used) as ctx:
            return _measure(ctx, size)


def _measure(ctx: Context, size: Size) -> Figure:
    password = main_job.password()
    actor = big_classes.seed(ctx, size, password)
    page = grades.page(ctx, actor, "course-0")
    use_case = _milliseconds(lambda: grades.page(ctx, actor, "course-0"))
    listing = _milliseconds(lambda: classes.class_list(ctx, actor), times=2)
    with _signed_in(ctx, password) as http:
        answer = http.get("/classes/course-0/grades").raise_for_status()
        whole = _milliseconds(lambda: http.get("/classes/course-0/grades"))
        whole_list = _milliseconds(lambda: http.get("/classes"), times=2)
    return Figure(
        name="grades-page",
        what=f"the grades page of {size.students} students and {size.assignments} assignments over HTTP",
        unit="ms",
        figure=whole,
        floor=_floor(page),
        floor_is="the template engine with as many plain cells",
        more={
            "use case ms": use_case,
            "page kB": round(len(answer.content) / 1000),
            "page kB compressed": round(len(gzip.compress(answer.content)) / 1000),
            f"list of {size.classes} such classes, use case ms": listing,
            f"list of {size.classes} such classes over HTTP ms": whole_list,
        },
    )


def _milliseconds(work: Callable[[], object], times: int = TIMES) -> float:
    """The median of some times, the first left out: it fills caches."""
    work()
    found = []
    for _ in range(times):
        began = perf_counter()
        work()
        found.append((perf_counter() - began) * 1000)
    return round(median(found), 1)


def _floor(page: GradesPage) -> float:
    template = Environment(autoescape=True).from_string(PLAIN)
    return _milliseconds(lambda: template.render(page=page))


@contextmanager
def _signed_in(ctx: Context, password: str) -> Iterator[httpx2.Client]:
    """A signed-in teacher's client of the pages, which a thread of this process serves."""
    from classbridge.web.app import create_app

    listener = house.listening("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with (
        house.serving(create_app(ctx), listener),
        httpx2.Client(base_url=address, follow_redirects=True, timeout=60) as http,
    ):
        http.get("/signin").raise_for_status()
        form = {"_csrf_token": http.cookies["csrftoken"], "email": big_classes.TEACHER, "password": password}
        http.post("/signin", data={**form, "next": "/status"}).raise_for_status()
        yield http
