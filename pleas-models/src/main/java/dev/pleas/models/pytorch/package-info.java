/**
 * State dicts that PyTorch saved ({@code .pth}, {@code .pt}, {@code .bin}, {@code .ckpt}): a pickle
 * that names tensors and storages, and the storages. Since PyTorch 1.6 both are entries of a zip
 * archive, before that they follow each other in one file; both are read, the archive is written.
 *
 * <p>A pickle is a program. This reader runs none of it: it keeps a list of names ({@link
 * dev.pleas.models.pytorch.Globals}), each of which stands for a value of its own or for nothing,
 * and refuses a file that asks for any other. Entries beside the state dict, such as the
 * hyperparameters of a training run, may name a few classes that are known to be plain data; those
 * become placeholders without content and are refused inside the state dict. Nothing is ever
 * called, imported or unpacked to disk, and the pickle's bytes, operations and names are bounded.
 *
 * <p>The state dict is found as {@link dev.pleas.models.pytorch.StateDict} says. Opening reads the
 * pickle and the archive's directory; tensors are mapped, and views that are not contiguous are
 * gathered when they are read. Checksums are not compared: PyTorch does not compare them either,
 * and lets them be left out.
 */
@NullMarked
package dev.pleas.models.pytorch;

import org.jspecify.annotations.NullMarked;
