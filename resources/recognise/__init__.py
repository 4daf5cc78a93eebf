"""What a value looks like, and what a field's name says it is: the one place that knows both. Its data stands in `recognisers.yaml`."""

from resources.recognise.likeness import LEAST_SHARE, LIKELY, LONGEST, Likeness, likeness, recognised
from resources.recognise.names import named
from resources.recognise.recognisers import RECOGNISERS, Recogniser, fits

__all__ = ["LEAST_SHARE", "LIKELY", "LONGEST", "RECOGNISERS", "Likeness", "Recogniser", "fits", "likeness", "named", "recognised"]
