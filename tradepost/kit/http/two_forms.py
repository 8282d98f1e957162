"""View sets whose input and output are apart."""

from typing import Any, ClassVar

from rest_framework.serializers import BaseSerializer

WITH_A_BODY = ("POST", "PUT", "PATCH")


class TwoForms:
    """Mixin for view sets: ``input_class`` describes what is sent, ``output_class`` what is shown.

    It looks at the method, not at the action: ``OPTIONS`` asks what a POST would take.
    """

    input_class: ClassVar[type[BaseSerializer[Any]]]
    output_class: ClassVar[type[BaseSerializer[Any]]]

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        method = self.request.method  # type: ignore[attr-defined] # the view has it
        return self.input_class if method in WITH_A_BODY else self.output_class
