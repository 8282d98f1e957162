import pytest

SEES_EVERYTHING = {
    "get": "Order.objects.get(pk=1)",
    "filter": "Order.objects.filter(pk=1)",
    "all": "Order.objects.all()",
    "a word of its own": "Order.objects.with_items()",
    "narrowed too late": "Order.objects.filter(pk=1).visible_to(user)",
    "the manager itself": "get_object_or_404(Order.objects, pk=1)",
    "the model itself": "get_object_or_404(Order, pk=1)",
    "a model of a module": "get_list_or_404(models.Order, pk=1)",
    "the default manager": "Order._default_manager.first()",
    "whatever the user model is": "get_user_model().objects.get(pk=1)",
}
STARTS_WELL = {
    "what the user may see": "Order.objects.visible_to(user).get(pk=1)",
    "what everybody may see": "get_object_or_404(Order.objects.public(), pk=1)",
    "nothing": "Order.objects.none()",
    "a query of the app": "get_object_or_404(list_orders(user=user), pk=1)",
    "rows of a row": "order.items.all()",
}


@pytest.mark.parametrize("look_up", SEES_EVERYTHING.values(), ids=SEES_EVERYTHING)
def test_a_look_up_from_everything_is_found(findings_in, look_up):
    assert findings_in("api.py", f"def get(user):\n    return {look_up}\n") == ["2 R1"]


@pytest.mark.parametrize("look_up", STARTS_WELL.values(), ids=STARTS_WELL)
def test_a_look_up_that_starts_from_what_may_be_seen_is_not_found(findings_in, look_up):
    assert findings_in("api.py", f"def get(user):\n    return {look_up}\n") == []


@pytest.mark.parametrize(
    "door", ["api/orders.py", "views.py", "views/orders.py", "consumers.py", "serializers.py"]
)
def test_every_door_is_looked_at(findings_in, door):
    assert findings_in(door, "queryset = Order.objects.all()\n") == ["1 R1"]


@pytest.mark.parametrize("place", ["queries.py", "actions/orders.py", "tasks/late.py"])
def test_the_domain_and_the_jobs_may_see_everything(findings_in, place):
    assert findings_in(place, "rows = Order.objects.all()\n") == []


def test_a_view_set_over_everything_is_found(findings_in):
    code = """
        class Orders(ReadOnlyModelViewSet):
            queryset = Order.objects.all()
    """

    assert findings_in("api.py", code) == ["2 R1"]


def test_a_page_that_names_a_model_is_found(findings_in):
    code = """
        class OrderPage(DetailView):
            model = Order
    """

    assert findings_in("views.py", code) == ["2 R1"]


def test_a_page_with_a_query_of_its_own_may_name_its_model(findings_in):
    code = """
        class OrderPage(DetailView):
            model = Order

            def get_queryset(self):
                return Order.objects.visible_to(self.request.user)
    """

    assert findings_in("views.py", code) == []


def test_the_meta_of_a_serializer_may_name_its_model(findings_in):
    code = """
        class OrderOutput(ModelSerializer):
            class Meta:
                model = Order
    """

    assert findings_in("serializers.py", code) == []
