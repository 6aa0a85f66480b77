package dev.pleas.models.pytorch;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pickle is made of. Values are compared by identity and never walked through as a whole: a
 * few bytes of pickle can describe a structure that is exponentially large when it is unfolded.
 */
sealed interface Value {
  /** Returns what this is, in a few words. */
  String describe();

  /** A string. */
  record Text(String text) implements Value {
    @Override
    public String describe() {
      return "a string";
    }
  }

  /** An integer of at most 64 bits. */
  record Int(long value) implements Value {
    @Override
    public String describe() {
      return "the integer " + value;
    }
  }

  /** A larger integer. */
  record LargeInt(BigInteger value) implements Value {
    @Override
    public String describe() {
      return "an integer of more than 64 bits";
    }
  }

  /** Data of which only the kind matters. */
  enum Plain implements Value {
    NONE("None"),
    TRUE("True"),
    FALSE("False"),
    FLOAT("a floating-point number"),
    BYTES("bytes"),
    SET("a set");

    private final String description;

    Plain(String description) {
      this.description = description;
    }

    @Override
    public String describe() {
      return description;
    }
  }

  /** A tuple or a list. */
  record Items(boolean tuple, List<Value> values) implements Value {
    @Override
    public String describe() {
      return (tuple ? "a tuple of " : "a list of ") + values.size();
    }
  }

  /** A dict: key i belongs to value i; of equal keys the last counts. */
  record Dict(List<Value> keys, List<Value> values) implements Value {
    Dict() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    void put(Value key, Value value) {
      keys.add(key);
      values.add(value);
    }

    /** Returns the value of a string key, or null. */
    @Nullable Value get(String key) {
      for (int i = keys.size() - 1; i >= 0; i--) {
        if (keys.get(i) instanceof Text text && text.text().equals(key)) {
          return values.get(i);
        }
      }
      return null;
    }

    @Override
    public String describe() {
      return "a dict of " + keys.size();
    }
  }

  /**
   * Elements in a row, which tensors are views of.
   *
   * @param key its name in the file
   * @param elements how many there are, as the pickle says
   */
  record Storage(String key, ElementType type, long elements) implements Value {
    @Override
    public String describe() {
      return "a storage";
    }
  }

  /**
   * A view of a storage, not checked yet: element (i₀, i₁, …) is at offset + Σ iₖ·strideₖ.
   *
   * @param type its elements; the storage's, or another if the storage is untyped
   * @param offset in elements
   */
  record Tensor(
      Storage storage, ElementType type, long offset, List<Long> sizes, List<Long> strides)
      implements Value {
    @Override
    public String describe() {
      return "a tensor";
    }
  }

  /**
   * Something that stands where data would, without content.
   *
   * @param description what it is, as in "a sparse tensor"
   * @param tensor whether it is a tensor, of a kind that is not supported
   */
  record Placeholder(String description, boolean tensor) implements Value {
    @Override
    public String describe() {
      return description;
    }
  }

  /** A name of the list. */
  record Named(String name, Global global) implements Value {
    @Override
    public String describe() {
      return name;
    }
  }
}
