"""What the staff sends from the dashboard."""

from django import forms

LARGEST_ID = 2**63 - 1


class JobForm(forms.Form):
    job = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
