"""What comes in, what a record is, and what the model sees of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from config.errors import RuleError
from config.use_case.section import ColumnName, Columns, Scalar, Section, Spread, no_duplicates, refuse

RESERVED = frozenset({"record_id", "excluded", "split", "baseline_forecast"})  # columns that the steps add
DatePart = Literal["year", "month", "day", "weekday", "hour", "minute_of_day"]


class RecordField(Section):
    """One field of a record, as a client sends it to the endpoint."""

    name: ColumnName
    type: Literal["number", "text", "time"] = Field(description="time: ISO 8601 without zone, 2013-06-01T05:15:00")
    required: StrictBool = Field(default=False, description="Whether a record without it is refused.")


class Feature(Section):
    """One feature. All that is learnt for it is learnt from the training split, and travels with the model."""

    name: ColumnName
    type: Literal["number", "category"] = Field(description="number; or category: text, which becomes numbers")
    source: ColumnName | None = Field(
        default=None, description="The field of the record that it is made of, where transformations.py has no features"
    )
    part: DatePart | None = Field(default=None, description="Of a time: its year, month, day, weekday (Monday 0), ...")
    missing: Literal["keep", "mean", "median", "level"] | StrictFloat = Field(
        default="keep",
        description="What a missing value becomes: keep (XGBoost has a branch for it), the training split's mean or "
        "median, a number; for a category, level: a level of its own",
    )
    scale: Literal["none", "standard", "minmax"] = Field(
        default="none",
        description="standard: training mean 0 and deviation 1; minmax: training range onto -1..1, clipped",
    )
    encode: Literal["auto", "label_rate", "frequency", "one_hot"] = Field(
        default="auto",
        description="A category's number: the rank of its level by label rate (or mean label) in training, the share "
        "of training rows that have it, or a column of 0 and 1 per level; auto: label_rate where the label is an event "
        "or a number, else frequency",
    )
    levels: tuple[str, ...] | None = Field(
        default=None, description="The levels of a category, where they are known beforehand; the rest is missing"
    )

    @model_validator(mode="after")
    def _settings_fit_the_type(self) -> Self:
        wrong = {
            "number": {"levels": self.levels is not None, "encode": self.encode != "auto",
                       "missing": self.missing == "level"},
            "category": {"scale": self.scale != "none", "part": self.part is not None,
                         "missing": self.missing not in ("keep", "level")},
        }[self.type]  # fmt: skip
        for key, set_ in wrong.items():
            if set_:
                found = repr(list(value) if isinstance(value := getattr(self, key), tuple) else value)
                raise RuleError(
                    (key,),
                    f"found {found}, which is nothing for the {self.type} {self.name}; remove it or change the type",
                )
        if self.levels is not None:
            no_duplicates(("levels",), self.levels)
        return self

    @property
    def width(self) -> int | None:
        """Columns that the model sees of it; None where only the training data will tell."""
        if self.type == "category" and self.encode == "one_hot":
            return None if self.levels is None else len(self.levels) + (self.missing == "level")
        return 1


class Reduction(Section):
    """Dimensionality reduction: principal components of some features take their place."""

    method: Literal["pca"] = "pca"
    columns: Columns = Field(description="Number features, as they are after filling and scaling; none may be missing")
    components: StrictInt = Field(ge=1, le=1000)
    prefix: ColumnName = Field(default="component", description="component0, component1, ...")


class Data(Section):
    """What comes in, what a record is, and which column is what."""

    raw: dict[ColumnName, Columns] = Field(
        min_length=1, description="Raw tables, <table>.parquet each, and the columns that are read from them."
    )
    record: Annotated[tuple[RecordField, ...], Spread] = Field(
        min_length=1, description="The fields of a record, in order."
    )
    label: ColumnName | None = Field(default=None, description="What is predicted; none for clustering.")
    label_from: Literal["raw", "labelled_set", "both"] = Field(
        default="raw",
        description="raw: the label is a raw column; labelled_set: it is what labelling made (section label), of the "
        "object whose name is the record's id; both: that, and of a record without it the raw column",
    )
    positive: Scalar = Field(default=1, description="binary_classification: the label's value for the event.")
    negative: Scalar | None = Field(
        default=None,
        description="binary_classification: the label's value for no event; left out: every other value",
    )
    classes: tuple[Scalar, ...] = Field(default=(), description="multiclass_classification: the label's values.")
    id: ColumnName | None = Field(
        default=None,
        description="The raw column that tells records apart, where transformations.py gives no record_id",
    )
    time: ColumnName | None = Field(
        default=None, description="The field of the record that says when; local time, without zone."
    )
    features: Annotated[tuple[Feature, ...], Spread] = Field(
        min_length=1, description="The features, in the order in which the model sees them."
    )
    reduce: Reduction | None = Field(default=None, description="Dimensionality reduction, after all else.")
    category_min_rows: StrictInt = Field(
        default=30, ge=1, description="Training rows below which a category's level counts as missing."
    )
    category_smoothing: StrictFloat = Field(
        default=20, ge=0, description="Rows' worth of the overall label rate that is added to each level's."
    )
    missing: tuple[StrictStr | StrictInt | StrictFloat, ...] = Field(
        default=(),
        description="Marks in files that stand for a missing value, such as -999, besides empty fields, NA and the "
        "like; a client leaves the field out, or sends null",
    )

    @model_validator(mode="after")
    def _columns_agree(self) -> Self:
        fields, features = [field.name for field in self.record], [feature.name for feature in self.features]
        no_duplicates(("classes",), self.classes)
        no_duplicates(("record",), fields, "name")
        no_duplicates(("features",), features, "name")
        label = {self.label} if self.label else set()
        refuse(("record",), fields, label, "is the label: a client cannot know it; remove it", "name")
        refuse(("features",), features, label, "is the label: the model would be told the answer; remove it", "name")
        refuse(("record",), fields, RESERVED, "is a column of the job scripts' own; rename it", "name")
        refuse(("features",), features, RESERVED, "is a column of the job scripts' own; rename it", "name")
        return self

    @model_validator(mode="after")
    def _time_is_a_time(self) -> Self:
        times = [field.name for field in self.record if field.type == "time"]
        if self.time is not None and self.time not in times:
            raise RuleError(
                ("time",),
                f"found {self.time!r}; allowed are the fields of record with type: time: "
                f"{', '.join(times) or 'there is none yet'}; name one of them or add it to record",
            )
        return self

    @model_validator(mode="after")
    def _reduction_has_columns(self) -> Self:
        if self.reduce is None:
            return self
        numbers = {feature.name for feature in self.features if feature.type == "number" and feature.missing != "keep"}
        refuse(("reduce", "columns"), self.reduce.columns, set(self.reduce.columns) - numbers,
               "is no number feature without missing values; give it `missing: mean`, or leave it out")  # fmt: skip
        if self.reduce.components > len(self.reduce.columns):
            raise RuleError(
                ("reduce", "components"),
                f"found {self.reduce.components}; allowed are at most the {len(self.reduce.columns)} columns; ask for "
                "fewer",
            )
        return self

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands for a missing value in a file, as text."""
        return tuple(map(str, self.missing))

    @property
    def width(self) -> int | None:
        """Columns that the model sees; None where only the training data will tell."""
        widths = [feature.width for feature in self.features]
        if None in widths:
            return None
        whole = sum(width or 0 for width in widths)
        return whole if self.reduce is None else whole - len(self.reduce.columns) + self.reduce.components
