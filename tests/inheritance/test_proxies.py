"""Proxy models that a child extends, and proxies of models that it extends."""

from __future__ import annotations

import pytest

from .library import TABLES, config
from .projects import Project

OFFERS = {
    **config("library.offer"),
    "library/offer/models.py": """
        from django.db import models

        class Active(models.Manager):
            def get_queryset(self):
                return super().get_queryset().exclude(name="gone")

        class Named(models.Model):
            name = models.CharField(max_length=9)

            class Meta:
                abstract = True

        class Discount:
            def apply(self):
                return ["discount"]

        class Benefit(Named):
            class Meta:
                ordering = ["-name"]

            def apply(self):
                return ["benefit"]

        class Percentage(Discount, Benefit):
            active = Active()

            class Meta:
                proxy = True
                verbose_name = "percentage"

            def apply(self):
                return [*super(Percentage, self).apply(), "percentage"]

        class Shipping(Percentage):
            class Meta(Percentage.Meta):
                verbose_name = "shipping"
                proxy = True

            def apply(self):
                return [*super().apply(), "shipping"]

        class Use(models.Model):
            benefit = models.ForeignKey(Percentage, models.CASCADE, related_name="uses")
    """,
    "library/offer/migrations/__init__.py": "",
}
PLAIN = OFFERS["library/offer/models.py"].replace("(Percentage.Meta)", "")
OFFERS["library/offer/models.py"] = PLAIN

FACTS = (
    TABLES
    + """
Benefit, Percentage, Shipping = map(
    apps.get_app_config("offer").get_model, ["Benefit", "Percentage", "Shipping"]
)
create_tables("offer")
Percentage.objects.create(name="a")
Percentage.objects.create(name="gone")
from library.offer.models import Use
Use.objects.create(benefit=Percentage.objects.get(name="a"))
tell([
    [each.__module__.partition(".")[0] for each in (Benefit, Percentage, Shipping)],
    [[each._meta.proxy, each._meta.concrete_model is Benefit, each._meta.ordering,
      str(each._meta.verbose_name)] for each in (Percentage, Shipping)],
    [each.name for each in Shipping.active.all()],
    Percentage.objects.get(name="a").apply(),
    Shipping.objects.get(name="a").apply(),
    Use.objects.get().benefit.apply(), Shipping.objects.get(name="a").uses.count(),
])
"""
)


def _child(body: str, *names: str) -> dict[str, str]:
    return {
        **config("voga.offer", "library.offer", *names),
        "voga/offer/models.py": f"""
            from django.db import models
            from library.offer import models as base
{body}
        """,
        "voga/offer/migrations/__init__.py": "",
    }


@pytest.mark.parametrize(
    "meta",
    [
        "class Meta:\n                    proxy = True\n"
        "                    verbose_name = 'percentage'",
        "class Meta(base.Percentage.Meta):\n                    pass",
        "class Meta(base.Percentage.Meta):\n                    proxy = True",
        "note = 1",
    ],
    ids=["own", "derived", "both", "none"],
)
@pytest.mark.parametrize("base", [False, True], ids=["alone", "with-base"])
def test_spellings(project: Project, meta: str, base: bool):
    """A proxy that is extended stays one, of the model that there is in the end."""
    of_base = """
            class Benefit(base.Benefit):
                def apply(self):
                    return [*super().apply(), "VB"]
    """
    body = f"""
            {of_base if base else ""}
            class Percentage(base.Percentage):
                {meta}

                def apply(self):
                    return [*super().apply(), "VP"]
    """
    names = ["Benefit", "Percentage"] if base else ["Percentage"]
    project.write({**OFFERS, **_child(body, *names)})
    plain, site = project.install("library.offer"), project.install("voga.offer")
    plain.manage("makemigrations", "offer", "--verbosity=0")

    told = site.ask(FACTS)

    assert told == [
        ["voga" if base else "library", "voga", "library"],
        [
            [True, True, ["-name"], "percentage"],
            [True, True, ["-name"], "shipping"],
        ],
        ["a"],
        ["discount", "percentage", "VP"],
        ["discount", "percentage", "VP", "shipping"],
        ["discount", "percentage", "VP"],
        1,
    ]
    assert "no issues" in site.check()
    printed = site.manage("makemigrations", "--check", "--dry-run")
    assert printed == "No changes detected\n"


def test_proxy_of_a_proxy(project: Project):
    """The last of a line of proxies is extended, at two levels."""
    project.write(
        {
            **OFFERS,
            **_child(
                """
            class Shipping(base.Shipping):
                def apply(self):
                    return [*super().apply(), "VS"]
                """,
                "Shipping",
            ),
            **config("top.offer", "voga.offer", "Percentage", "Shipping"),
            "top/offer/models.py": """
                from voga.offer.models import Shipping
                from library.offer.models import Percentage

                class Percentage(Percentage):
                    def apply(self):
                        return [*super().apply(), "TP"]

                class Shipping(Shipping):
                    def apply(self):
                        return [*super().apply(), "TS"]
            """,
        }
    )

    told = project.install("top.offer").ask(FACTS)

    assert told[0] == ["library", "top", "top"]
    assert told[3:5] == [
        ["discount", "percentage", "TP"],
        ["discount", "percentage", "TP", "shipping", "VS", "TS"],
    ]


def test_fields_in_a_proxy(project: Project):
    """What Django says of a proxy with fields, it says of one that is extended."""
    project.write(
        {
            **OFFERS,
            **_child(
                """
            class Percentage(base.Percentage):
                size = models.IntegerField(default=1)
                """,
                "Percentage",
            ),
        }
    )

    said = project.install("voga.offer").check(exit_code=1)

    assert "(models.E017) Proxy model 'Percentage' contains model fields." in said


def test_no_proxy_any_more(project: Project):
    """A child may say that its model has a table of its own, and migrate to that."""
    project.write(
        {
            **OFFERS,
            **_child(
                """
            class Percentage(base.Percentage):
                size = models.IntegerField(default=1)

                class Meta(base.Percentage.Meta):
                    proxy = False
                """,
                "Percentage",
            ),
        }
    )
    project.install("library.offer").manage("makemigrations", "offer", "--verbosity=0")
    site = project.install("voga.offer")

    site.manage("makemigrations", "offer", "--verbosity=0")
    site.manage("migrate", "--verbosity=0")
    told = site.ask("""
        from library.offer.models import Benefit, Percentage, Shipping
        Percentage.objects.create(name="a", size=5)
        tell([
            Benefit.objects.get().percentage.size, Shipping.objects.get().size,
            Percentage._meta.proxy, Shipping._meta.proxy,
            [each.__name__ for each in Percentage._meta.parents],
        ])
    """)

    assert told == [5, 5, False, True, ["Benefit"]]


def test_proxy_of_another_app(project: Project):
    """A proxy of a model of a third app can be extended too."""
    project.write(
        {
            **config("library.users"),
            "library/users/models.py": """
                from django.contrib.auth.models import User

                class Person(User):
                    class Meta:
                        proxy = True
                        ordering = ["username"]

                    def greet(self):
                        return "Hello"
            """,
            **config("voga.users", "library.users", "Person"),
            "voga/users/models.py": """
                from library.users.models import Person

                class Person(Person):
                    def greet(self):
                        return super().greet() + "!"
            """,
        }
    )
    site = project.install("voga.users")

    told = site.ask("""
        from library.users.models import Person
        tell([Person(username="a").greet(), Person._meta.ordering,
              Person._meta.db_table, Person.objects.__class__.__name__])
    """)

    assert told == ["Hello!", ["username"], "auth_user", "UserManager"]
    assert "no issues" in site.check()


def test_methods_of_a_proxy(project: Project):
    """A child that only adds methods to a proxy needs no migration."""
    project.write(
        {
            **OFFERS,
            **_child(
                """
            class Percentage(base.Percentage):
                class Meta:
                    proxy = True
                    verbose_name = "rate"
                """,
                "Percentage",
            ),
        }
    )
    project.install("library.offer").manage("makemigrations", "offer", "--verbosity=0")

    printed = project.install("voga.offer").manage(
        "makemigrations", "offer", "--dry-run"
    )

    assert "~ Change Meta options on percentage" in printed
