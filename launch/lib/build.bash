# What is asked of a folder before Swift builds in it. Sourced, never run; expects messages.bash.

# Fails if the folder was built in another place: check_build_folder FOLDER.
#
# The files of a build name its folder by its whole path. In a copy or after a move the compiler fails
# with words that do not tell so.
check_build_folder() {
    local folder=$1
    [[ -f $folder/release.yaml ]] || return 0
    grep -qF -e "\"$folder/" -e "\"$(realpath -- "$folder")/" "$folder/release.yaml" \
        || fail 78 "$folder was built in another place, and then copied or moved here. Remove it, and" \
            "build again: rm -r $folder"
}
