package dev.pleas.models.pytorch;

import dev.pleas.api.error.CheckpointException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the state dict in what a pickle holds. It is the dict under the first of {@link #WRAPPERS}
 * that holds a tensor, else the outermost dict. What else stands beside or in it and is no tensor,
 * such as numbers, strings, lists and further dicts, is left out.
 */
final class StateDict {
  /** Where programs put the state dict, in the order in which we look. */
  static final List<String> WRAPPERS =
      List.of(
          "state_dict", // Lightning, timm, MMCV
          "model_state_dict", // PyTorch's tutorials
          "model", // torchvision's references, fairseq
          "module", // DeepSpeed
          "net",
          "network",
          "weights",
          "params",
          "state_dict_ema", // timm: averages over the training
          "model_ema",
          "params_ema",
          "ema_state_dict");

  private static final int NAMED_KEYS = 8;

  private StateDict() {}

  /**
   * Returns the tensors of the state dict, in its order.
   *
   * @throws CheckpointException if there is no state dict, or an entry is a tensor of a kind that
   *     is not supported or an unknown object, naming it
   */
  static Map<String, Value.Tensor> find(Path path, Value root) {
    if (!(root instanceof Value.Dict outermost)) {
      throw new CheckpointException(
          path
              + ": expected a state dict, found "
              + root.describe()
              + ": save the network's state_dict()");
    }
    for (String wrapper : WRAPPERS) {
      if (outermost.get(wrapper) instanceof Value.Dict dict && holdsTensors(dict)) {
        return tensors(path, dict);
      }
    }
    if (!outermost.keys().isEmpty() && !holdsTensors(outermost)) {
      throw new CheckpointException(
          path
              + ": expected a state dict, itself or under one of "
              + WRAPPERS
              + ", found a dict without tensors, of "
              + keys(outermost)
              + ": save the network's state_dict()");
    }
    return tensors(path, outermost);
  }

  private static boolean holdsTensors(Value.Dict dict) {
    return dict.values().stream().anyMatch(StateDict::isTensor);
  }

  private static boolean isTensor(Value value) {
    return value instanceof Value.Tensor
        || (value instanceof Value.Placeholder placeholder && placeholder.tensor());
  }

  private static Map<String, Value.Tensor> tensors(Path path, Value.Dict dict) {
    Map<String, Value.Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < dict.keys().size(); i++) {
      Value value = dict.values().get(i);
      @Nullable String name = dict.keys().get(i) instanceof Value.Text text ? text.text() : null;
      if (value instanceof Value.Placeholder) {
        throw new CheckpointException(
            path
                + ": tensor "
                + (name == null ? "number " + i : name)
                + ": expected a dense tensor, found "
                + value.describe()
                + ", which is not supported: convert it to a dense tensor of floats or integers, or"
                + " leave it out, and save the file again");
      }
      if (value instanceof Value.Tensor tensor) {
        if (name == null) {
          throw new CheckpointException(
              path
                  + ": expected the names of tensors to be strings, found "
                  + dict.keys().get(i).describe()
                  + ": save the network's state_dict()");
        }
        tensors.put(name, tensor);
      } else if (name != null) {
        tensors.remove(name); // of equal keys the last counts
      }
    }
    return tensors;
  }

  private static String keys(Value.Dict dict) {
    String some =
        dict.keys().stream()
            .limit(NAMED_KEYS)
            .map(key -> key instanceof Value.Text text ? abbreviated(text) : key.describe())
            .collect(Collectors.joining(", "));
    return dict.keys().size() > NAMED_KEYS ? some + ", …" : some;
  }

  private static String abbreviated(Value.Text text) {
    return text.text().length() > 60 ? text.text().substring(0, 60) + "…" : text.text();
  }
}
