"""The protobuf message `aialgs.data.Record`, from its schema in the AWS documentation.

Made from a description instead of generated code, which the SageMaker SDK no longer has.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "aialgs.data"
_FIELD = descriptor_pb2.FieldDescriptorProto
_TENSORS = {"Float32Tensor": _FIELD.TYPE_FLOAT, "Float64Tensor": _FIELD.TYPE_DOUBLE, "Int32Tensor": _FIELD.TYPE_INT32}
_VALUES = {"float32_tensor": ("Float32Tensor", 2), "float64_tensor": ("Float64Tensor", 3),
           "int32_tensor": ("Int32Tensor", 7), "bytes": ("Bytes", 9)}  # fmt: skip


def _file() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="aialgs_data_record.proto", package=_PACKAGE, syntax="proto2")
    for name, kind in _TENSORS.items():
        message = file.message_type.add(name=name)
        for number, (field, of) in enumerate(
            (("values", kind), ("keys", _FIELD.TYPE_UINT64), ("shape", _FIELD.TYPE_UINT64)), 1
        ):
            added = message.field.add(name=field, number=number, type=of, label=_FIELD.LABEL_REPEATED)
            added.options.packed = True
    content = file.message_type.add(name="Bytes")
    content.field.add(name="value", number=1, type=_FIELD.TYPE_BYTES, label=_FIELD.LABEL_REPEATED)
    content.field.add(name="content_type", number=2, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_OPTIONAL)
    value = file.message_type.add(name="Value")
    value.oneof_decl.add(name="value")
    for name, (kind, number) in _VALUES.items():
        value.field.add(name=name, number=number, type=_FIELD.TYPE_MESSAGE, type_name=f".{_PACKAGE}.{kind}",
                        label=_FIELD.LABEL_OPTIONAL, oneof_index=0)  # fmt: skip
    record = file.message_type.add(name="Record")
    for number, name in enumerate(("features", "label"), 1):
        _add_map(record, name, number)
    for number, name in enumerate(("uid", "metadata", "configuration"), 3):
        record.field.add(name=name, number=number, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_OPTIONAL)
    return file


def _add_map(record: Any, name: str, number: int) -> None:
    # A map is a repeated entry of key and value.
    entry = record.nested_type.add(name=f"{name.capitalize()}Entry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=_FIELD.TYPE_MESSAGE, type_name=f".{_PACKAGE}.Value",
                    label=_FIELD.LABEL_OPTIONAL)  # fmt: skip
    record.field.add(name=name, number=number, type=_FIELD.TYPE_MESSAGE, label=_FIELD.LABEL_REPEATED,
                     type_name=f".{_PACKAGE}.Record.{entry.name}")  # fmt: skip


# A pool of its own: the older SDKs register the same message in the common one.
_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(_file())
Record: Any = message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{_PACKAGE}.Record"))
