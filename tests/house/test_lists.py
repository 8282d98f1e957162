import pytest

MODEL = """
    class Note(models.Model):
        code = models.CharField(unique=True)
        title = models.CharField()
        place = models.IntegerField()

        class Meta:
            ordering = {ordering}
            constraints = [models.UniqueConstraint(fields=["place"], name="one_per_place")]
"""


@pytest.mark.parametrize("ordering", ['["title"]', '["id", "-title"]', '("code__title",)'])
def test_an_ordering_that_leaves_ties_is_found(findings_in, ordering):
    assert findings_in("models/notes.py", MODEL.format(ordering=ordering)) == ["7 G1"]


@pytest.mark.parametrize(
    "ordering", ['["title", "-id"]', '("title", "pk")', '["code"]', '["title", "place"]']
)
def test_an_ordering_that_ends_in_a_unique_key_is_not_found(findings_in, ordering):
    assert findings_in("models/notes.py", MODEL.format(ordering=ordering)) == []


def test_a_key_that_is_unique_under_a_condition_leaves_ties(findings_in):
    code = MODEL.format(ordering='["place"]').replace("name=", "condition=Q(title=1), name=")

    assert findings_in("models/notes.py", code) == ["7 G1"]
