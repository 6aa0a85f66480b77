package dev.pleas.models.pytorch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names that a pickle may use; a pickle with any other is refused. They are
 *
 * <ul>
 *   <li>those of state dicts: ordered dicts, storages, element types, sizes, and the functions that
 *       rebuild tensors and parameters, as in PyTorch's own list for {@code weights_only};
 *   <li>functions that rebuild tensors of other kinds (sparse, quantized), which become
 *       placeholders so that the message can name the tensor;
 *   <li>classes of plain data that training scripts save beside the state dict: built-in containers
 *       and numbers, NumPy arrays and scalars, paths, dates, {@code argparse.Namespace}, the dicts
 *       of Lightning and OmegaConf. They become placeholders without content.
 * </ul>
 */
final class Globals {
  private static final Map<String, Global> KNOWN = known();

  private Globals() {}

  /** Returns what a name stands for, or null if it is not on the list. */
  static @Nullable Global find(String module, String name) {
    return KNOWN.get(module + "." + name);
  }

  private static Map<String, Global> known() {
    Map<String, Global> known = new HashMap<>();
    known.put("collections.OrderedDict", Global.Function.ORDERED_DICT);
    known.put("torch.Size", Global.Function.SIZE);
    known.put("torch._utils._rebuild_tensor", Global.Function.REBUILD_TENSOR);
    known.put("torch._utils._rebuild_tensor_v2", Global.Function.REBUILD_TENSOR);
    known.put("torch._utils._rebuild_tensor_v3", Global.Function.REBUILD_TENSOR_V3);
    known.put("torch._utils._rebuild_parameter", Global.Function.REBUILD_PARAMETER);
    known.put("torch._utils._rebuild_parameter_with_state", Global.Function.REBUILD_PARAMETER);
    known.put("torch._tensor._rebuild_from_type_v2", Global.Function.REBUILD_FROM_TYPE);
    for (String tensorClass :
        List.of("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer")) {
      known.put(tensorClass, new Global.TensorClass());
    }
    for (ElementType type : ElementType.values()) {
      if (type.storageClass() != null) {
        known.put("torch." + type.storageClass(), new Global.StorageClass(type));
        known.put("torch.storage." + type.storageClass(), new Global.StorageClass(type));
      }
      type.names().forEach(name -> known.put("torch." + name, new Global.TypeName(type)));
    }
    otherTensors(known);
    plainData(known);
    return known;
  }

  private static void otherTensors(Map<String, Global> known) {
    Map<String, String> functions =
        Map.of(
            "_rebuild_sparse_tensor", "a sparse tensor",
            "_rebuild_sparse_csr_tensor", "a sparse tensor",
            "_rebuild_qtensor", "a quantized tensor",
            "_rebuild_nested_tensor", "a nested tensor",
            "_rebuild_wrapper_subclass", "a tensor of a class of its own",
            "_rebuild_device_tensor_from_numpy", "a tensor of another device",
            "_rebuild_meta_tensor_no_storage", "a tensor without data (on the meta device)");
    functions.forEach(
        (name, what) ->
            known.put("torch._utils." + name, new Global.Inert(new Value.Placeholder(what, true))));
  }

  private static void plainData(Map<String, Global> known) {
    Map<String, List<String>> classes = new HashMap<>();
    List<String> builtins =
        List.of(
            "set",
            "frozenset",
            "list",
            "dict",
            "tuple",
            "int",
            "float",
            "complex",
            "bool",
            "str",
            "bytes",
            "bytearray",
            "slice",
            "range");
    classes.put("builtins", builtins);
    classes.put("__builtin__", builtins);
    classes.put("collections", List.of("defaultdict", "Counter", "deque"));
    classes.put("argparse", List.of("Namespace"));
    classes.put("_codecs", List.of("encode"));
    classes.put("datetime", List.of("date", "datetime", "timedelta", "timezone"));
    List<String> paths = List.of("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath");
    classes.put("pathlib", paths);
    classes.put("pathlib._local", paths);
    classes.put("typing", List.of("Any"));
    classes.put("numpy", List.of("dtype", "ndarray"));
    for (String core : List.of("numpy.core", "numpy._core")) {
      classes.put(core + ".multiarray", List.of("scalar", "_reconstruct"));
      classes.put(core + ".numeric", List.of("_frombuffer"));
    }
    classes.put(
        "torch",
        List.of(
            "device",
            "per_tensor_affine",
            "per_tensor_symmetric",
            "per_channel_affine",
            "per_channel_symmetric",
            "per_channel_affine_float_qparams"));
    classes.put("torch.serialization", List.of("_get_layout"));
    classes.put("pytorch_lightning.utilities.parsing", List.of("AttributeDict"));
    classes.put("lightning.pytorch.utilities.parsing", List.of("AttributeDict"));
    classes.put("lightning_fabric.utilities.data", List.of("AttributeDict"));
    classes.put("lightning.fabric.utilities.data", List.of("AttributeDict"));
    classes.put("omegaconf.dictconfig", List.of("DictConfig"));
    classes.put("omegaconf.listconfig", List.of("ListConfig"));
    classes.put("omegaconf.base", List.of("ContainerMetadata", "Metadata"));
    classes.put(
        "omegaconf.nodes",
        List.of("AnyNode", "BooleanNode", "FloatNode", "IntegerNode", "StringNode"));
    classes.forEach(
        (module, names) -> {
          for (String name : names) {
            String full = module + "." + name;
            Value.Placeholder result = new Value.Placeholder("an object of " + full, false);
            known.put(full, new Global.Inert(result));
          }
        });
  }
}
