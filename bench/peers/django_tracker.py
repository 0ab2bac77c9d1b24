"""
The design of django-tracker in one file: counters in memcached, moved into a table now and then.

The labels in use are a dict in the cache, read at each request. A ping is `incr` of `tracker_<label>`, set to 0 first where
there is none. A flush gets each counter, sets it to 0, and adds it to the row of label and day.
"""

import datetime
import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="bench",
    INSTALLED_APPS=[],
    CACHES={
        "default": {
            "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
            "LOCATION": os.environ["MEMCACHED"],
            "TIMEOUT": None,
        }
    },
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}},
)
django.setup()

from django.core.cache import cache  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Statistic(models.Model):
    label = models.CharField(max_length=250)
    category = models.CharField(max_length=100)
    dom_id = models.CharField(max_length=250)
    counter = models.IntegerField(default=0)
    day = models.DateField()

    class Meta:
        app_label = "tracker"


def track(request):
    for text in request.GET.get("labels", "").split("|"):
        label, category, dom_id = (text.split(":") + ["", ""])[:3]
        used = cache.get("tracker_labels") or {}
        if label not in used:
            used[label] = [category, dom_id]
            cache.set("tracker_labels", used)
        try:
            cache.incr("tracker_" + label)
        except ValueError:
            cache.set("tracker_" + label, 0)
            cache.incr("tracker_" + label)
    return HttpResponse("ok")


def report(request):
    day = datetime.date.today()
    with transaction.atomic():
        for label, (category, dom_id) in (cache.get("tracker_labels") or {}).items():
            count = cache.get("tracker_" + label) or 0
            cache.set("tracker_" + label, 0)
            row, _ = Statistic.objects.get_or_create(label=label, category=category, dom_id=dom_id, day=day)
            row.counter += count
            row.save()
    return HttpResponse("ok")


def total(request):
    return HttpResponse(str(Statistic.objects.aggregate(models.Sum("counter"))["counter__sum"] or 0))


urlpatterns = [path("track/", track), path("report/", report), path("total/", total)]

if Statistic._meta.db_table not in connection.introspection.table_names():
    with connection.schema_editor() as editor:
        editor.create_model(Statistic)

application = get_wsgi_application()
