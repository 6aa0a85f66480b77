package dev.pleas.models.pytorch;

import java.nio.file.Path;

/** What to do about a file that cannot be read. */
final class Conversion {
  private Conversion() {}

  /** Returns a line of Python that makes a safetensors file of what PyTorch itself deems safe. */
  static String remedy(Path path) {
    String source = String.valueOf(path.getFileName());
    String target = source.replaceFirst("\\.[^.]*$", "") + ".safetensors";
    return "if you trust the file, convert it with PyTorch: python -c \"import torch; from"
        + " safetensors.torch import save_file; c = torch.load('"
        + source
        + "', map_location='cpu', weights_only=True); save_file({k: v.clone().contiguous() for k, v"
        + " in c.get('state_dict', c).items() if torch.is_tensor(v)}, '"
        + target
        + "')\"";
  }
}
