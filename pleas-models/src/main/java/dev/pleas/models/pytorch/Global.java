package dev.pleas.models.pytorch;

/** What a name in a pickle stands for. None of these is code of Python's. */
sealed interface Global {
  /** A function or class whose result is worked out here. */
  enum Function implements Global {
    ORDERED_DICT,
    SIZE,
    REBUILD_TENSOR,
    REBUILD_TENSOR_V3,
    REBUILD_PARAMETER,
    REBUILD_FROM_TYPE
  }

  /** The class of a storage. */
  record StorageClass(ElementType type) implements Global {}

  /** An element type. */
  record TypeName(ElementType type) implements Global {}

  /** The class of a tensor. */
  record TensorClass() implements Global {}

  /**
   * A function or class whose result is a placeholder.
   *
   * @param result what it would be
   */
  record Inert(Value.Placeholder result) implements Global {}
}
